"""From a file in the inbox to accepted rows and a receipt: a module a step, each a function of its input.

pickup → archive → read → recognise → normalise → screen → land → receipt; `take_in` walks a home through them and
`examine` is the part that `measure check` shares. Does not belong here: what indicators are made of the rows.
"""
