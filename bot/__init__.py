"""The bot. Importing it settles how many threads numpy may start, which only works beforehand."""

import os

# Each of OpenBLAS's threads holds memory for good, and what is multiplied here is small; a machine
# with many cores would pay for all of them. Whoever sets the variable is obeyed.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
