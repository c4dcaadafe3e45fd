// Duty: the rest of a file from a position on, at once.
// Thread: any.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

export function readFrom(file: string, position: number): Uint8Array {
  const descriptor = openSync(file, 'r')
  try {
    const bytes = new Uint8Array(Math.max(0, fstatSync(descriptor).size - position))
    let filled = 0
    while (filled < bytes.length) {
      const count = readSync(descriptor, bytes, filled, bytes.length - filled, position + filled)
      if (count === 0) break
      filled += count
    }
    return bytes.subarray(0, filled)
  } finally {
    closeSync(descriptor)
  }
}
