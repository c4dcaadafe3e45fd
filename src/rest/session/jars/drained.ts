import type { IncomingMessage } from 'node:http'

/** More than anybody sends who does not mean harm. */
const MOST_BYTES = 100 * 1024 * 1024

/** Reads what is still to come and keeps none of it, up to a bound. */
export async function drained(request: IncomingMessage): Promise<void> {
  let sizeBytes = 0
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      sizeBytes += part.length
      if (sizeBytes > MOST_BYTES) return
    }
  } catch {
    // The client has gone: nobody reads the answer.
  }
}
