/** Texts, numbers, words and whatever stands between them. */
const TOKEN =
  /[\s]*(?:"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:])/y
/** For each character of a text in quotes V8 keeps a place to go back to: 8 million are more than it has room for. */
const LONGEST_SEARCHED = 1_000_000

/**
 * In which character, from 1 on, a text stops being JSON, as far as its words go; undefined where these are all right, and in a text of
 * more than a million. Messages of V8 say it for some mistakes only.
 */
export function columnOfSyntaxError(text: string, message: string): number | undefined {
  const [, told] = /at position (\d+)/.exec(message) ?? []
  if (told !== undefined) return Number(told) + 1
  if (text.length > LONGEST_SEARCHED) return undefined
  let at = 0
  for (;;) {
    TOKEN.lastIndex = at
    if (!TOKEN.test(text)) break
    at = TOKEN.lastIndex
  }
  const rest = text.slice(at).search(/\S/)
  if (rest >= 0) return at + rest + 1
  return /end of JSON input/.test(message) ? text.length + 1 : undefined
}
