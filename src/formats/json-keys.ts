// Finds a key that stands twice in one JSON object, which JSON.parse silently resolves to the last one.
// Expects text that JSON.parse accepts; knows nothing of what it means.

/** End of the string that opens at `start`: the index of its closing quote. */
function closingQuote(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

/** The first key that an object of valid JSON `text` holds twice, or `undefined`; keys count as equal once unescaped. */
export function findDuplicateKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let last = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      const end = closingQuote(text, at);
      last = text.slice(at, end + 1);
      at = end;
    } else if (char === "{") open.push(new Set());
    else if (char === "[") open.push(undefined);
    else if (char === "}" || char === "]") open.pop();
    else if (char === ":") {
      const keys = open.at(-1);
      const key = JSON.parse(last) as string;
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}
