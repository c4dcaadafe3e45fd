import type { FileStream } from './stream-format.js'

const CHUNK_BYTES = 1024 * 1024
const LINE_FEED = 10
/** More than that is not read only to say which line it was: a second or two. */
const MOST_COUNTED_BYTES = 1024 * 1024 * 1024

/** Where a record begins, for a message: only when one fails somebody has to know its line, so it is counted then. */
export async function describePosition(
  reopen: () => Promise<FileStream>,
  offset: number,
  column: number | undefined,
): Promise<string> {
  const byte = `byte ${String(offset)}`
  const line = offset > MOST_COUNTED_BYTES ? undefined : await lineAt(reopen, offset)
  const where = line === undefined ? byte : `line ${String(line)} (${byte})`
  return column === undefined ? where : `${where}, column ${String(column)}`
}

/** From 1 on; undefined where the file cannot be read any more. */
async function lineAt(reopen: () => Promise<FileStream>, offset: number): Promise<number | undefined> {
  let stream: FileStream | undefined
  try {
    stream = await reopen()
    let line = 1
    for (let at = 0; at < offset;) {
      const bytes = await stream.read(at, Math.min(CHUNK_BYTES, offset - at))
      if (bytes.length === 0) return undefined
      for (let found = bytes.indexOf(LINE_FEED); found !== -1; found = bytes.indexOf(LINE_FEED, found + 1)) line += 1
      at += bytes.length
    }
    return line
  } catch {
    // What is wrong with the record is told all the same.
    return undefined
  } finally {
    await stream?.close()
  }
}
