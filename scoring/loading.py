"""The lock under which a large library is loaded when it is first needed.

Two threads that import parts of one library at the same time can each wait for a module that the
other one holds. Python breaks that tie by handing out a module that is half made, and it stays so
until a restart. One lock around every such import prevents it.
"""

import threading

# Re-entrant: a module imported under this lock may take it again to load another one.
LOADING = threading.RLock()
