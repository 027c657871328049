"""How Hypothesis looks for counterexamples.

Each run looks elsewhere, but under `CI=true`, where all look at the same; `HYPOTHESIS_PROFILE=long` looks for longer.
"""

import os

from hypothesis import HealthCheck, Phase, settings

# A rule set is a large thing to draw, and slow machines share these tests. The database would keep what failed among
# the files of the project: an example worth keeping stands here.
_PLAIN = settings(
    database=None,
    deadline=None,
    phases=[phase for phase in Phase if phase is not Phase.explain],  # which is slow, and says little of choices
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)
settings.register_profile("short", _PLAIN, max_examples=100, derandomize=os.environ.get("CI") == "true")
settings.register_profile("long", _PLAIN, max_examples=2500, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))
