"""huajie: community boundary adjustment from household counts and boundary shapes.

`pipeline.workflow.run` does a whole run; every stage can be used alone. Nothing heavy is imported here.
"""

__version__ = "0.1.0"
