// The map works as plain links. This adds arrow keys from card to card, and shows which lines belong to a card.

const map = document.querySelector(".road-map");
const cards = [...map.querySelectorAll("a.card-link")];
const ways = [...map.querySelectorAll(".way")];
const DIRECTIONS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

// The nearest card in a direction; straying from the line counts double.
function next(from, [right, down]) {
  const middle = (card) => {
    const box = card.querySelector("rect").getBoundingClientRect(); // in wide letters a title reaches beyond it
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  const [x, y] = middle(from);
  let best = null;
  let least = Infinity;
  for (const card of cards) {
    const [cardX, cardY] = middle(card);
    const ahead = (cardX - x) * right + (cardY - y) * down;
    const astray = Math.abs((cardX - x) * down) + Math.abs((cardY - y) * right);
    const far = ahead + 2 * astray;
    const reachable = ahead > 1 && (right || astray < 1); // up and down stay in the column
    if (reachable && far < least) [best, least] = [card, far];
  }
  return best;
}

// A learner finds the map where they are.
const here = map.querySelector(".card--doing")?.getBoundingClientRect();
const view = map.parentElement;
if (here) view.scrollLeft = here.x - view.getBoundingClientRect().x - (view.clientWidth - here.width) / 2;

map.addEventListener("keydown", (event) => {
  const card = event.target.closest("a.card-link");
  const direction = DIRECTIONS[event.key];
  if (!card || !direction || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  next(card, direction)?.focus();
});

function show(slug) {
  for (const way of ways) {
    way.classList.toggle("is-near", way.dataset.to === slug || way.dataset.from.split(" ").includes(slug));
  }
}

for (const begins of ["pointerover", "focusin"]) {
  map.addEventListener(begins, (event) => show(event.target.closest("a.card-link")?.dataset.card));
}
map.addEventListener("focusin", (event) => event.target.scrollIntoView({ block: "nearest", inline: "nearest" }));
for (const ends of ["pointerleave", "focusout"]) map.addEventListener(ends, () => show(undefined));
