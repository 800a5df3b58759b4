"""Triggers that more than one app puts on its tables."""

import pgtrigger


def in_turn(table: str, column: str, condition: pgtrigger.Q | None = None) -> pgtrigger.Trigger:
    """Rows of one parent are written one after the other: the writer holds the parent's row (``table``, named by ``column``).

    For tables with an exclusion constraint. Two writers whose new rows exclude each other wait for each other, and
    PostgreSQL ends one of them as a deadlock after a second; in turn, the second one is refused by the constraint's own name.
    The parent stays locked until the writer commits: never an account's row, which every login updates.
    """
    return pgtrigger.Trigger(
        name="in_turn",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=condition,
        func=f'PERFORM 1 FROM "{table}" WHERE id = NEW.{column} FOR NO KEY UPDATE; RETURN NEW;',
    )
