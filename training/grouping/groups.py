"""Groups that grow together."""


class Groups:
    """N items in groups; joining two items joins their groups (union-find with path halving)."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def find(self, item: int) -> int:
        """The number that stands for the item's group: its lowest member."""
        parent = self._parent
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    def join(self, one: int, other: int) -> None:
        """Put two items, and all that is with them, into one group."""
        low, high = sorted((self.find(one), self.find(other)))
        self._parent[high] = low

    def together(self, one: int, other: int) -> bool:
        """Whether two items are in one group."""
        return self.find(one) == self.find(other)

    def roots(self) -> list[int]:
        """The group number of every item."""
        return [self.find(item) for item in range(len(self._parent))]
