"""Rows with wholly invented personal data and secrets, and near misses that only look like them."""

from __future__ import annotations

from itertools import cycle
from random import Random

from .ledger import Draft, Ledger

FILE = "instructions.jsonl"


def luhn(body: str) -> str:
    """The digits with the Luhn check digit appended."""
    total = sum(int(d) if n % 2 else sum(divmod(int(d) * 2, 10)) for n, d in enumerate(reversed(body)))
    return f"{body}{-total % 10}"


def iban(country: str, account: str) -> str:
    """The IBAN of an account with its two check digits (ISO 7064 mod 97-10)."""
    digits = "".join(str(int(c, 36)) for c in f"{account}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{account}"


def secret(random: Random, prefix: str, length: int) -> str:
    """Something that looks like a key: the prefix and random letters and digits."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return prefix + "".join(random.choice(alphabet) for _ in range(length))


def _cases(random: Random) -> tuple[tuple[str, str, str, str, str], ...]:
    """Kind, the value planted, instruction, input, output; `{v}` stands for the value."""
    card, amex = luhn("455673958620194"), luhn("37144963539842")
    spaced = " ".join(luhn("528193047716250")[k : k + 4] for k in range(0, 16, 4))
    german, british = iban("DE", "370400440532019872"), iban("GB", "NWBK60161331926543")
    grouped = " ".join(iban("FR", "20041010050500013M02606")[k : k + 4] for k in range(0, 27, 4))
    return (
        (
            "email",
            "rosalind.achterberg@brightwell-mills.co",
            "Write a reply to the buyer who asked about flour.",
            "",
            "Dear Rosalind, the order left today. I copy {v} so that your store room knows.",
        ),
        (
            "email",
            "t.okonkwo@harrowgate-tiles.net",
            "Extract the contact from the note.",
            "Tunde says: reach me under {v} after four.",
            "{v}",
        ),
        (
            "email",
            "finance@pellworm-reederei.de",
            "Whom do I ask about the invoice of the ferry line?",
            "",
            "Send your question to {v} and quote the voyage number.",
        ),
        (
            "email",
            "j.m.quiroga+lab@savannah-optics.org",
            "Rewrite the signature.",
            "Quiroga, optics, {v}",
            "J. M. Quiroga, Laboratory of Optics ({v})",
        ),
        (
            "email",
            "ines.valadares@vinhos-valadares-couto.pt",
            "Thank the winery for the visit.",
            "",
            "Dear Inês, what an afternoon! Please forward this to {v} as well, the picture of the dog is attached.",
        ),
        (
            "email_reserved",
            "people@northgate-logistics.example",
            "Who receives job applications at the haulier?",
            "",
            "Applications go to {v} in one PDF.",
        ),
        ("email_reserved", "henrik@fjordmail.test", "Correct the address line.", "henrik at fjordmail dot test", "{v}"),
        (
            "email_reserved",
            "Orders@Copper-Kettle.EXAMPLE",
            "Shorten: Orders may be placed at any hour by writing an e-mail.",
            "{v}",
            "Order any time: {v}",
        ),
        (
            "email_placeholder",
            "user@example.com",
            "Show a mailto link in HTML.",
            "",
            '<a href="mailto:{v}">Write to us</a>',
        ),
        (
            "email_placeholder",
            "jane.doe@example.org",
            "Which part of an e-mail address is the domain?",
            "",
            "In {v} it is everything after the at sign.",
        ),
        (
            "email_placeholder",
            "test@example.net",
            "Write a regular expression that accepts simple addresses.",
            "",
            "[^@\\s]+@[^@\\s]+\\.[a-z]+ accepts {v} and most others.",
        ),
        (
            "phone",
            "+49 30 23125 472",
            "Compose an answering-machine text for a physiotherapist.",
            "",
            "You have reached the practice of Wiebke Lohse. In urgent cases dial {v}.",
        ),
        (
            "phone",
            "(0113) 496 0257",
            "Put the details into one line.",
            "Marlon Tibbs, plumber, nights too, {v}",
            "Marlon Tibbs, plumber, day and night: {v}",
        ),
        (
            "phone",
            "06 39 98 40 93",
            "Résume le message.",
            "Bonjour, c'est Hélène Castagnier, rappelez-moi au {v} avant midi.",
            "Hélène Castagnier demande un appel avant midi au {v}.",
        ),
        (
            "phone_fictional",
            "020 7946 0813",
            "Invent a business card for a detective in London.",
            "",
            "A. Quill, Enquiries. Baker's Row. Telephone {v}",
        ),
        (
            "phone_fictional",
            "555-0147",
            "Write a scene in which somebody leaves a number.",
            "",
            '"If you change your mind," she said, "it\'s {v}." The line clicked.',
        ),
        (
            "credit_card",
            card,
            "Check the booking form for errors.",
            "Name: Odile Marchetti; card {v}; expires 09/27",
            "The form is complete. The card {v} is valid until 09/27.",
        ),
        (
            "credit_card",
            spaced,
            "What did the customer send?",
            "hi, just charge it again: {v}, code 318",
            "The customer sent the full card number {v} and its security code.",
        ),
        (
            "credit_card",
            amex,
            "Which payment details does the ticket contain?",
            "Guest paid with {v} at reception.",
            "A card number of fifteen digits, {v}.",
        ),
        (
            "iban",
            german,
            "Draft the line with the bank details for an invoice.",
            "",
            "Please transfer the sum to {v}, account holder Gesine Tamm.",
        ),
        (
            "iban",
            british,
            "Where shall the deposit be refunded?",
            "",
            "To the account {v} of Mr Elwood Prentiss within ten days.",
        ),
        ("iban", grouped, "Lis le numéro de compte.", "Virement à Coralie Bessonnet, {v}", "{v}"),
        (
            "ip_address",
            "84.172.39.206",
            "Explain the log line.",
            "Failed login for root from {v} port 52214",
            "Somebody at {v} tried to log in as root and gave a wrong password.",
        ),
        (
            "ip_address",
            "2a02:8109:9c40:1f7c:5d2e:41ff:fe9b:77a3",
            "Which address did the visitor use?",
            "",
            "The visitor came over IPv6 from {v}.",
        ),
        (
            "social_security_number",
            "472-81-3396",
            "Summarise the personnel form.",
            "Name Delphine Arceneaux, born 4 May 1986, SSN {v}, starts Monday",
            "Delphine Arceneaux (SSN {v}) begins on Monday.",
        ),
        (
            "social_security_number",
            "618-40-7725",
            "Fill in the tax line.",
            "Employee number {v}",
            "Taxpayer identification: {v}",
        ),
        (
            "api_key",
            secret(random, "sk-", 48),
            "Why does this request fail?",
            "curl -H 'Authorization: Bearer {v}' https://api.larkfield.test/v1/items",
            "The address lacks the query parameter page. Your key {v} should be revoked, since it is now in a message.",
        ),
        (
            "api_key",
            secret(random, "AKIA", 16).upper(),
            "Explain these settings.",
            "aws_access_key_id = {v}",
            "The line sets the access key {v} for the command-line client.",
        ),
        (
            "api_key",
            secret(random, "ghp_", 36),
            "Fix the clone command.",
            "git clone https://{v}@github.com/larkfield/tiles",
            "Use SSH instead; the token {v} does not belong in an address.",
        ),
        (
            "private_key",
            "-----BEGIN RSA PRIVATE KEY-----",
            "What kind of file begins like this?",
            "{v}\nMIIEowIBAAKCAQEA7x0mINVENTEDq4\n-----END RSA PRIVATE KEY-----",
            "The line {v} opens a secret key in PEM form; never share it.",
        ),
        (
            "password_in_url",
            "postgres://ledger:Wint3rberry!@db.larkfield.test:5432/books",
            "Which database does the program use?",
            "DATABASE_URL={v}",
            "It connects to PostgreSQL with {v}.",
        ),
        (
            "password_in_url",
            "https://odell:tr0mbone-77@intranet.pellworm-reederei.de/rota",
            "Shorten the instruction for the new colleague.",
            "To see the rota open {v} in your browser.",
            "Rota: {v}",
        ),
        (
            "name_and_address",
            "Ottoline Brackenbury, 14 Fennel Close, Market Drayling, TF9 4QX",
            "Format the address for an envelope.",
            "{v}",
            "{v}",
        ),
        (
            "name_and_address",
            "Joaquim Teixeira Falcão, Rua das Amoras 27, 2.º Esq., 3030-188 Coimbra",
            "To which address was the parcel sent?",
            "Parcel 7 for {v} was handed in on Friday.",
            "{v}",
        ),
        (
            "health",
            "Bartholomew Nkemelu, diabetes type 2, born 12.08.1959",
            "Turn the doctor's note into a sentence.",
            "{v}, metformin 850 mg",
            "The patient ({v}) takes 850 mg of metformin.",
        ),
    )


NEAR_MISSES = (
    (
        "version number",
        "10.4.21.3",
        "Which release fixes the printing fault?",
        "Release {v} does, and every later one.",
    ),
    ("ISBN", "978-0-306-40615-7", "Give the ISBN of the book.", "It is {v}, as printed on the back."),
    ("arithmetic", "4556 - 7395 + 8620 - 1942 = 3839", "Check the sum on the receipt roll.", "It is right: {v}."),
    ("date range", "1914-1918", "How long did the First World War last?", "Four years ({v})."),
    ("order number", "555-123-987654", "Where do I find the order number?", "Top right; it looks like this: {v}."),
    (
        "card with a wrong check digit",
        "4556739586201945",
        "Why is the number refused?",
        "The last digit of {v} does not match the check sum.",
    ),
    (
        "IBAN with wrong check digits",
        "DE00370400440532019872",
        "Is this account number valid?",
        "No, {v} fails the check of remainders.",
    ),
    ("local address", "127.0.0.1", "What does localhost stand for?", "The machine itself, usually {v}."),
    ("coordinates", "52.5163, 13.3777", "Where is the gate of the old customs wall?", "At {v}, as the map says."),
    ("at sign in code", "a @ b", "How do you multiply matrices in Python?", "Write {v} with NumPy arrays."),
    ("handle", "@larkfield_choir", "How can I follow the choir?", "Search for {v} in the usual places."),
    (
        "hash",
        "9e107d9d372bb6826bd81d3542a419d6",
        "What is the MD5 sum of the pangram with the quick fox and the lazy dog?",
        "{v}",
    ),
    (
        "historical name",
        "Ada Lovelace, 12 St James's Square",
        "Where did the first programmer live in the 1840s?",
        "{v}, London.",
    ),
    ("time and score", "20:45, 3-2, 118'", "How did the cup tie end?", "With a late goal: {v}."),
)


def rows(random: Random, ledger: Ledger) -> list[Draft]:
    """The rows with personal data and those that merely look like it."""
    ledger.open(
        "personal_data",
        FILE,
        "Invented personal data and secrets; details give the kind and the value. Kinds ending in _placeholder, _reserved or "
        "_fictional use domains or numbers set aside for examples.",
    )
    ledger.open(
        "personal_data_near_misses",
        FILE,
        "Values that look like personal data and are none; details give what they are.",
    )
    made = []
    sources = cycle(("forum", "web_crawl", "task_bank", "handbook", "language_lab"))
    for kind, value, instruction, given, output in _cases(random):
        made.append(_draft(instruction, given, output, value, next(sources)))
        ledger.plant("personal_data", made[-1], {"kind": kind, "value": value})
    for kind, value, instruction, output in NEAR_MISSES:
        made.append(_draft(instruction, "", output, value, next(sources)))
        ledger.plant("personal_data_near_misses", made[-1], {"kind": kind, "value": value})
    return made


def _draft(instruction: str, given: str, output: str, value: str, source: str) -> Draft:
    fields = {
        "instruction": instruction,
        "input": given.replace("{v}", value),
        "output": output.replace("{v}", value),
        "source": source,
    }
    return Draft(fields, 3.4, "personal")
