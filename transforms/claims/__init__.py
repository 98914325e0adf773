"""The claims that the data is asked about: what each says, what is estimated for it, and what was found.

``catalogue`` declares them once; ``models`` the models that answer them; ``columns`` what these read of a dispute.
"""
