"""Which English words do the rules for requests use? Other languages use only the rules without word lists."""

from __future__ import annotations

CARRIERS = frozenset(
    "help assist want need like love wish hope expect ask require request instruct try attempt remember mind let have "
    "go start begin continue proceed prefer task charge allow order invite encourage seek aim plan intend wonder "
    "appreciate think believe suppose get come".split()
)  # verbs that introduce (carry) another verb: "help me write", "I want you to write"
STRONG = frozenset("order plan start begin continue think suppose get come ask instruct invite".split())
WHETHER_YOU = frozenset("wonder appreciate think believe suppose mind".split())  # "I was wondering if you could"
COMMON_VERBS = frozenset(  # which lists of function words contain too
    "become call do empty get give go have keep make move name put say see show take".split()
)
SETTINGS = frozenset("imagine pretend suppose assume act roleplay role-play be".split())
GIVEN = frozenset("give provide present show supply hand offer ask".split())  # "you are given a list"
READY = frozenset(
    "sure free able possible grateful great nice good helpful lovely wonderful happy glad willing ready careful "
    "certain necessary important essential kind".split()
)  # adjectives that carry a request: "be sure to", "it would be great if you could"
TASKS = frozenset("task job goal aim objective mission assignment challenge purpose role duty point exercise".split())
ME = frozenset(("me", "us", "myself", "ourselves"))
PERSONS = ME | {"him", "her", "them", "someone", "somebody", "anyone", "everyone"}
HAVING = frozenset("have receive own know get live work see".split())  # "you have a list" asks for nothing
I = frozenset(("i", "we"))  # noqa: E741  the pronoun
YOU = frozenset(("you", "u", "ya"))
MUST = frozenset(("must", "should", "shall", "need", "have", "ought"))
LEADING = frozenset("now then next first finally also lastly please so instead kindly briefly".split())
AUXILIARIES = frozenset("do does did can could should would will may might must shall".split())
ASKING = frozenset(("can", "could", "will", "would", "might", "may"))
QUESTION_WORDS = frozenset(("what", "who", "whom", "whose", "which", "when", "where", "why", "how", "what's", "who's"))
PARTS = frozenset(
    "some any all each one two three four five six seven ten none most many few several both half more "
    "couple lot lots bunch dozen plenty handful".split()
)  # "some of the books" asks for books
COUNTED = PARTS - {"couple", "lot", "lots", "bunch", "dozen", "plenty", "handful"} | {"others", "much"}
ENDING_IN_IE = frozenset(
    "aunties beanies brownies cookies doggies hippies hoagies pixies roomies selfies smoothies townies zombies".split()
)  # the tables may give the lemma "cooky"
COMPOUNDING = frozenset("related based specific oriented style themed driven led friendly free".split())
TIMES = frozenset(
    "second minute hour day week weekend month year night morning evening afternoon time times today "
    "tomorrow yesterday monday tuesday wednesday thursday friday saturday sunday".split()
)
PARTICLES = frozenset("up out down off away over together back along through in on around".split())
TWO_OBJECTS = frozenset("give tell show send teach offer assign ask lend hand grant bring buy".split())

_PREPOSITIONS = """
about: argue ask brainstorm care chat complain debate dream hear inform inquire joke know learn lecture read report rant
  research speak speculate talk teach tell think warn worry write blog fantasize muse reminisce ruminate boast
of: approve conceive consist dispose dream inform persuade remind think warn
on: act advise agree build base capitalize collaborate comment concentrate debate decide depend draw elaborate embark
  expand expound focus improve insist lecture meditate operate ponder reflect rely remark report research ruminate rule
  speculate spend touch vote work write
upon: act build comment elaborate expand improve reflect rely
to: adapt adhere adjust allude apply appeal attend attest belong conform connect contribute convert head listen lead
  object pay pertain react refer relate reply respond return speak stick subscribe switch talk turn write
for: account advocate aim apply argue ask bargain call campaign care check fight hope hunt look optimize pay plan pray
  prepare provide register root scan search shop sign speak strive test vie vote wait watch wish work
with: agree argue assist begin chat collaborate compete comply cooperate cope deal disagree experiment finish help
  identify interact interfere negotiate play proceed provide speak start struggle sympathize talk work
at: aim arrive gaze glance guess hint laugh look marvel peek point shout smile stare wonder
into: break delve dig dive enter enquire get inquire look tap turn
through: browse flick go leaf look run scan scroll sift skim step talk think walk work
between: choose decide differentiate discriminate distinguish judge switch translate alternate
against: advise argue fight guard protest vote warn
from: abstain choose depart derive escape learn recover refrain retire select withdraw
in: believe engage enroll indulge invest participate result specialize succeed
after: look take
as: act behave double dress function masquerade operate pose qualify respond roleplay serve speak work
over: argue fight go mull ponder preside
""".strip()
TAKES = frozenset(
    (verb, preposition)
    for line in _PREPOSITIONS.replace("\n  ", " ").splitlines()
    for preposition, verbs in [line.split(":")]
    for verb in verbs.split()
)  # verbs that take their object after a preposition: "listen to the song"

PHRASAL = frozenset(
    tuple(pair.split())
    for pair in """fill in|look up|set up|put together|act out|point out|figure out|find out|write down|break down|
    sum up|make up|carry out|spell out|cross out|work out|come up|list out|lay out|think up|draw up|turn in|hand in|
    type in|plug in|read out|read aloud|note down|jot down|rule out|sort out|map out|flesh out|back up|clean up|
    follow up|take out|leave out|pick out|give back|start off|boil down|narrow down|wrap up|speed up|tidy up""".replace(
        "\n", ""
    ).split("|")
)  # where the parser tags the particle as an adverb or a preposition
