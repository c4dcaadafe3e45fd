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

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
