/** What a terminal obeys instead of showing it, and what turns the direction of the text around it. */
const OBEYED = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu

/**
 * Text that another process or a file has chosen (the name of a job, the answer of one), as one line without power over the
 * terminal: control characters are shown as JSON would write them.
 */
export function printable(text: string): string {
  return text.replace(OBEYED, escapeOf)
}

/** The same for text that may have several lines, as messages of errors do. */
export function printableLines(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(OBEYED, (character) => {
    return character === '\n' || character === '\t' ? character : escapeOf(character)
  })
}

/** What JSON leaves as it is, and a terminal obeys or turns around. */
const OBEYED_IN_JSON = /[\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** JSON that means the same and has no power over a terminal. */
export function printableJson(json: string): string {
  return json.replaceAll(OBEYED_IN_JSON, escapeOf)
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
