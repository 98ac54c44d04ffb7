"""Who may be one and the same person although no identifier says so: what is compared, and how much.

    values.py       a value in its one spelling
    dates.py        dates of birth, however they are written
    names.py        given names and surnames, short forms
    fields.py       traits -> the fields of a record
    comparisons.py  field -> how well two values agree
    keys.py         which pairs are looked at at all
    model.py        records -> the model for them

The records are compared by Fellegi and Sunter's model (JASA 64, 1969), learned from the company's own records without
labels (adapters/splink_matcher.py). It proposes; people decide.
"""
