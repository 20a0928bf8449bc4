"""The words and constructions that this project avoids, and what to write in their place.

The keys are patterns of RE2; case does not matter, and a blank matches line breaks too.
"""

WORDS = {
    r"(is|are|was|were) (still )?to be": "say who does it, or 'must be': 'OTF reads the file'",
    r"(has|have|had) to be [a-z]+ed": "say who does it, or 'must be': 'declare the key'",
    r"(is|are|was|were|be|been) told": "'learns', 'receives' or 'is reported'",
    r"(is|are|be) told apart": "'differ'",
    r"some(body|one)": "name the person or the process: 'you', 'a user', 'another task'",
    r"whoever": "'you', or 'if you …'",
    r"(to|of|or|and|for|from|by) who (has|is|does|[a-z]+s)": "'a user who', or 'if you …'",
    r"(stands?|stood|standing) (in|for|there|between|below|above|at)": "'is in', 'replaces'",
    r"as (it|they) stands?": "'unchanged'",
    r"papers": "'packaging files'",
    r"stand-ins?": "'fake server', 'fake client' or 'example'",
    r"anew": "'again'",
    r"mend(s|ed)?": "'fix'",
    r"nobody|everybody": "name them: 'no user', 'nothing', 'all users'",
    r"now and then": "'sometimes'",
    r"for ever": "'forever'",
    r"what (may|must|can) not": "the field's term, such as 'transient errors'",
    r"(take|takes|taken|taking) (it |them )?for (a|an|the) (failure|failed|success)": "'treat as'",
    r"passing (error|errors|fault|faults|reason)": "'transient error'",
    r"(the the|a a|an an|is is|of of|to to|in in|and and|it it|that that)": "it once",
}
