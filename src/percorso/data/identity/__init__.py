"""Who is the same person, as a function of the set of events, of the rules and of what people decided.

    identifiers.py   event -> its identifiers, strongest first
    candidates.py    what an identifier hangs on, by what it was seen with
    limits.py        how many of a kind may hang on one
    partition.py     trees and decisions -> people
    resolve.py       the same for a batch of events, reading only what the batch touches
    overrides.py     events by which people decide
    told.py          merges and splits as events
    explain.py       why two identifiers are one person, and why not

Each identifier is a node. An event links its weaker identifiers to its strongest one. A node hangs on the only candidate
of the strongest class it was seen with; when there are two (a shared computer, a family mailbox) it hangs on none. Since
a parent is always stronger, nodes form trees, no tree holds two person keys unless somebody decided so, and the trees
depend on the set of links alone. A device is folded by session windows: while one customer alone was seen on it, all of it
is theirs; once there are two, each window belongs to the one seen in it. What only a public key said is a node of its own.
A person is a tree, or trees that people joined; the person id is the node id of the best root, so an id once given always
leads, through its node, to whoever holds that identifier now.
"""
