"""Sentences with gaps for names, and instructions with technical words that are no names.

{P} a person, {P1} one name of a person, {L} a place, {O} an organisation, {p} and {l} in small letters, {T} technical.
"""

from __future__ import annotations

WITH_NAMES = """
My name is {P} and I live in {L} .
I am {P} from {L} .
Hi , I'm {P} .
Dear {P} ,
Hello {P} , thank you for your message .
Best regards , {P}
Sincerely , {P} , {O}
Please call {P} at 555-0123 .
Contact {P} ( {O} ) for details .
{P} works at {O} in {L} .
{P} was born in {L} .
{P} is the CEO of {O} .
Write a poem about {P} .
Write a short biography of {P} .
Who is {P} ?
What is the capital of {L} ?
Describe the climate of {L} .
Plan a three - day trip to {L} .
Compare {L} and {L} .
Summarize the history of {O} .
Generate a press release for {O} about its office in {L} .
Write an email to {P} asking for a refund .
Explain why {P} is famous .
Where is {L} located ?
Translate the letter from {P} to {P} .
List five facts about {L} .
Send the invoice to {P} , {L} .
Patient {P} visited the clinic on Monday .
The meeting with {P} and {P} takes place in {L} .
{O} announced a merger with {O} .
I bought it from {O} last year .
She moved from {L} to {L} .
According to {P} , the company is growing .
{P} said that {O} would open a store in {L} .
Ask {P} about it .
This account belongs to {P} .
Name : {P}
Address : 12 Main Street , {L}
Employer : {O}
{P} : How are you ?
Mr. {P1} and Mrs. {P1} left {L} .
Dr. {P1} will see you now .
my name is {p} and i live in {l} .
i'm {p} from {l}
ask {p} to send the file
The customer , {P} , complained about the delivery to {L} .
""".strip().split("\n")

WITH_TECHNICAL_WORDS = """
Write a {T} script to sort a list of numbers .
Create a {T} function that reverses a string .
Generate a {T} query to get the average salary .
Write a {T} program to print the first ten primes .
How do you read a file in {T} ?
Convert the following {T} code to {T} .
Explain the difference between {T} and {T} .
Parse the given {T} file and print the keys .
Convert 30 degrees {T} to {T} .
Implement a simple {T} server using {T} .
Design a {T} class for a bank account .
Debug this {T} code :
What is {T} ?
Describe the main features of {T} .
Build a {T} application that uses the {T} library .
Use {T} to calculate the sum of two numbers .
Rewrite the {T} statement using {T} syntax .
Convert this string to {T} format .
""".strip().split("\n")

TECHNICAL_WORDS = """
Python Java JavaScript TypeScript Bash Shell SQL MySQL PostgreSQL SQLite MongoDB Redis CSV JSON XML YAML HTML CSS
API REST HTTP URL GUI CPU GPU RAM AI ML NLP GPT BERT LSTM CNN SVM KNN PCA STL GCD Linux Unix Windows Docker
Kubernetes React Angular Vue Django Flask Pandas NumPy TensorFlow PyTorch Keras Node.js jQuery PHP Perl Ruby Rust Go
Swift Kotlin Scala Haskell MATLAB LaTeX Excel Git Celsius Fahrenheit Fibonacci Markdown Regex UTF SELECT INTEGER
NULL DNA RNA pH CO2 Helium Machine Deep TCP IP SSH FTP OOP DOM CLI SDK IDE
""".split()
