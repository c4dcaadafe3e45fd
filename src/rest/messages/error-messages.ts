/** What errors of Flink's REST API say, without what Java puts around it. */

/** Of errors: those of ours, as they are and as users of Flink know them, and the one that every error has. */
const NAMES_OF_NO_INTEREST = /^(?:(?:FlinkError|ReasonError|Error|(?:java|org\.apache\.flink)\.[\w.$]+): )+/
const SERVER_SIDE = /^<Exception on server side:\n([\s\S]*?)\s*End of exception on server side>$/

/** The messages of a stack trace, without frames and without causes that only repeat. */
export function messagesIn(stackTrace: string): string[] {
  const withoutFrames = stackTrace
    .split('\n')
    .filter((line) => !/^\s+(?:at |\.{3} \d+ )/.test(line))
    .join('\n')
  const told: string[] = []
  for (const link of withoutFrames.split('\nCaused by: ')) {
    const message = link.replace(NAMES_OF_NO_INTEREST, '').trim()
    if (told.at(-1)?.includes(message) !== true) told.push(message)
  }
  return told
}

/** What an answer refuses; undefined where it is none. Flink's rule: an object whose only key is `errors`, whatever the status. */
export function refusalOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const keys = Object.keys(body)
  if (keys.length !== 1 || keys[0] !== 'errors') return undefined
  const { errors } = body as { errors: unknown }
  const texts = Array.isArray(errors) ? errors.map(String) : [String(errors)]
  const traces = texts.flatMap((text) => SERVER_SIDE.exec(text)?.[1] ?? [])
  // With a trace the other text says nothing more.
  const told = traces.length > 0 ? traces : texts
  return told.map((text) => messagesIn(text).join('\nCaused by: ')).join(', ')
}
