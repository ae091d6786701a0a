"""Someone who uses the keyboard alone: Tab, arrows, Space, Enter, and typing."""

from playwright.sync_api import Locator, Page, expect

ENOUGH = 150  # more tabs than any page has stops


class Keyboard:
    """Acts on a page by its words; what cannot be reached or seen in focus fails the test."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go_to(self, target: Locator) -> None:
        """Press Tab until the focus is there; the focus must be visible."""
        element = target.element_handle()  # found once, not after each Tab
        for _ in range(ENOUGH):
            if element.evaluate("element => element === document.activeElement"):
                assert self._is_focus_visible(target), f"focus cannot be seen on {target}"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {target} on {self.page.url}")

    def follow(self, words: str) -> None:
        self.go_to(self.page.get_by_role("link", name=words, exact=True).first)
        self._enter()

    def press(self, words: str) -> None:
        self.go_to(self.page.get_by_role("button", name=words, exact=True).first)
        self._enter()

    def type(self, label: str, text: str) -> None:
        """Replace what is in a text field."""
        self.go_to(self.page.get_by_label(label, exact=True).first)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def tick(self, label: str) -> None:
        box = self.page.get_by_role("checkbox", name=label, exact=True).first
        self.go_to(box)
        self.page.keyboard.press("Space")
        expect(box, f"Space ticks {label!r}").to_be_checked()

    def select(self, label: str, option: str) -> None:
        """Choose in a list by typing the beginning of the option."""
        box = self.page.get_by_label(label, exact=True).first
        self.go_to(box)
        self.page.keyboard.type(option)
        expect(box.locator("option:checked")).to_have_text(option)

    def choose(self, label: str, *, question: str | None = None) -> None:
        """Choose a radio: Tab reaches the group, arrows move within it."""
        within = self.page.get_by_role("group", name=question) if question else self.page
        radio = within.get_by_role("radio", name=label, exact=True).first
        group = self.page.locator(f'input[type=radio][name="{radio.get_attribute("name")}"]')
        checked = group.locator(":scope:checked")
        self.go_to(checked if checked.count() else group.first)
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if radio.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        assert radio.is_checked(), f"arrows do not reach {label!r}"

    def _enter(self) -> None:
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    @staticmethod
    def _is_focus_visible(target: Locator) -> bool:
        """An outline, a shadow or a border marks the element, or what is drawn for it."""
        return bool(
            target.evaluate("""element => {
                const marked = style => style.outlineStyle !== 'none' || style.boxShadow !== 'none';
                const label = element.labels && element.labels[0];
                return marked(getComputedStyle(element))
                    || Boolean(label && marked(getComputedStyle(label, '::before')));
            }""")
        )
