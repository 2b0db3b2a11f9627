"""Verbs that open a request and nouns it asks about, all of them found in rows of instructions.jsonl without a planted fault."""

from __future__ import annotations

VERBS = tuple(
    """
    adapt advise analyse answer apologise apply argue arrange assemble brainstorm break bring build calculate check
    cite clarify classify code compare compile compose compress compute construct continue contrast convert convince
    correct count craft create debunk decode define delete demonstrate describe develop diagnose differentiate
    divide draft draw enumerate expand explain extract fetch find fix flatten follow form format formulate gather
    generate give group help highlight identify illuminate illustrate imagine implement instruct interpret introduce
    investigate itemise join judge justify kill label list locate look make match name negate note offer optimise
    order outline paraphrase parse pick plan play portray predict prepare pretend print prioritise produce program
    propose provide put query read recommend reduce refactor remind remove render rephrase replace restore retell
    retrieve reveal reverse schedule search select share show simplify sketch soften sort speak specify spell state
    strengthen suggest summarise supply tell think time trace transform translate turn use verify watch word write
    """.split()
)
NOUNS = tuple(
    """
    adjective anchor answer antonym ants apartheid apple array arrays article asparagus author bakery ball balls
    banana barn basket bats beans beef beetroot belief bicycle bill birthday blueberries bread building bullet
    button camels canal candle capitals car card carpet carrots causes chameleons checklist chicken chickpea
    children chillies choir city class client code column concert contact converter copper cost country courgettes
    crate crows curriculum curry customer day days definition department dialogue difference digit dinosaurs dishes
    distance dragon driving duplicates elephants employees encryption encyclopedia end engine entry equipment errors
    euros evaporation example excursion exhibition fact fall feather feedback fermentation ferry field file files
    fire food fraction friction fridge frost function garden gifts grammar greenhouse guacamole guests guide habitat
    hammer handle headline hedgehogs history home honeybees hotel hour hours house hyphens idiom index
    inflation ingredients initials instrument interview invoice iron island jacket jargon job kale kettle key keys
    kilometres kitchen knife label ladder language leeks length lentil letter library lift limerick line lines list
    log machine magnetism map matter meaning members menu merchant message metaphors method metres migration
    mint mirror mistake mistakes month mood morning museum mushroom myth name names needle noise notes notice number
    numbers octopuses office orchard origins otters owls pancakes paragraph party passage pencils people pepper
    person pest photosynthesis phrase place plan plant plot podcast potato potatoes pounds price principle printer
    probability problem process program punctuation python quarry question reader recipe refund report resignation
    review rhubarb ribbon risks rivers roast room root rosemary rules saddle salad salmon scene school script sea
    season sentence sentiment sequence shirt shop side sights sign sink slogans sloths snail songs soup spinach
    stamps state statement stew storage story strawberries substitution suffrage sum surface synonym table
    teacher text theme threats tiles timber time title tomatoes tools topics town train trait transport trees
    turtles umbrella upkeep value village visit vowels watch water weather week weekend whales window wines wolves
    word words work workshop year years zipper
    """.split()
)
