/** What a terminal obeys instead of showing it, and what turns the direction of the text around it. */
// eslint-disable-next-line no-control-regex
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g

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

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
