"""The words the synthetic instructions are made of: what people ask language models for. "_" joins words of one entry."""

from __future__ import annotations

VERBS = """
add advise analyse analyze annotate answer apply argue arrange assess assign assume brainstorm break build calculate
categorize categorise change check choose cite clarify classify clean combine come_up_with comment compare compile
complete compose compute conduct connect consider construct contrast convert correct count craft create critique
debate decide decode deduce define demonstrate derive describe design detect determine develop devise differentiate
discuss display distinguish divide do draft draw edit elaborate eliminate enumerate estimate evaluate examine expand
explain explore express extend extract fill_in figure_out find find_out fix format formulate gather generate give
group guess highlight hypothesize identify illustrate imagine implement improve incorporate indicate infer insert
interpret introduce invent investigate join judge justify label list locate look_up make make_up map mark match
measure merge modify name note offer order organize organise outline output paraphrase parse perform pick plan
point_out predict prepare present print prioritize process produce program proofread propose prove provide punctuate
query quote rank rate read recommend record reduce refactor rephrase replace reply report represent research respond
restate retrieve return reverse review revise rewrite rewrite roleplay rearrange reorder round scan score search
select sequence set_up share shorten show simplify simulate sketch solve sort specify spell split state structure
submit substitute suggest sum_up summarize summarise support supply synthesize tabulate tell test think_of trace
transcribe transform translate trim turn type underline update use validate verify visualize vote weigh write
write_down deduplicate tokenize optimize debug
""".split()
PREPOSITIONS_OF = {
    "convert": ["into", "to"],
    "translate": ["into", "to", "from"],
    "turn": ["into"],
    "change": ["to", "into"],
    "transform": ["into"],
    "classify": ["into", "as"],
    "categorize": ["into", "as"],
    "divide": ["into"],
    "split": ["into"],
    "add": ["to"],
    "replace": ["with"],
    "extract": ["from"],
    "remove": ["from"],
    "select": ["from"],
    "compare": ["with", "to"],
    "label": ["as"],
    "match": ["with"],
    "group": ["by", "into"],
    "sort": ["by"],
    "rewrite": ["in", "as", "without"],
    "summarize": ["in"],
    "explain": ["to", "in"],
    "pick": ["from"],
    "describe": ["in", "to"],
    "use": ["in", "as"],
    "express": ["as", "in"],
    "order": ["from", "by"],
}
NOUNS = """
list sentence story paragraph essay poem song letter email article summary description title headline tagline slogan
question answer quiz example idea way method step tip strategy reason benefit advantage disadvantage difference
similarity feature function program script algorithm query code class object string number array set matrix table
chart graph column row equation formula expression value sum average percentage probability area volume perimeter
word phrase synonym antonym noun verb adjective adverb pronoun sentence text passage document report review story
plot character theme genre tone style metaphor analogy simile quote joke riddle haiku sonnet limerick lyric dialogue
conversation speech presentation outline plan schedule itinerary recipe menu meal ingredient dish product service
company brand logo website app page interface system model framework database network server file folder image
picture photo painting video movie film book novel topic subject concept theory law rule principle argument claim
statement fact opinion hypothesis experiment study survey questionnaire dataset data_point trend pattern
relationship cause effect impact consequence outcome result solution problem issue challenge risk process procedure
technique approach activity task project event party trip city country state place location animal plant fruit
vegetable bird planet person people student teacher parent child customer client user employee manager team group
organization job career skill resume cover_letter application interview question role responsibility goal budget
price cost tax loan account item gift game puzzle exercise workout routine diet habit symptom disease treatment
medicine drug hospital doctor sentiment emotion feeling mood attitude intent category type kind form format language
grammar spelling punctuation mark error mistake bug word_count keyword tag label sequence pair element entry record
field key instruction prompt input output response reply comment post tweet message caption blog newsletter
advertisement campaign policy contract agreement regulation invention technology tool device machine robot computer
phone car vehicle engine battery color shape size weight height temperature speed distance duration history culture
tradition festival holiday religion war battle revolution election government economy market industry trade energy
source material metal chemical reaction molecule cell gene protein organ muscle bone
""".split()
MASS_NOUNS = frozenset(
    "advice code data energy feedback grammar history information medicine punctuation spelling technology text trade".split()
)
ADJECTIVES = """
short long brief simple complex detailed creative funny interesting unique new old good great effective efficient
important main key major common popular positive negative neutral formal informal professional personal different
similar correct incorrect proper specific general basic advanced possible potential suitable appropriate relevant
famous fictional historical scientific technical natural artificial digital modern ancient healthy nutritious
delicious persuasive descriptive catchy compelling original random given provided following missing incomplete
English Spanish French American European random binary linear quadratic regular statistical environmental social
economic political financial medical legal
""".split()
COMPOUNDS = """
customer job data story web search machine email product company user song text news marketing business travel book
movie blog school word color health climate language computer shopping grocery weather programming sales research
science
""".split()
NAMES = """Python Java JavaScript SQL HTML Paris Japan London Germany Google Amazon Einstein Shakespeare Mars Alice Bob Maria Microsoft Africa Excel""".split()
PREPOSITIONS = "about of for in on from with by to between at without against during under over".split()
