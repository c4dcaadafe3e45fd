import type { Packr } from 'msgpackr'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'

/** What the library alone would have written, with the length of the structured serializer. */
export function libraryBytes(library: Packr, value: unknown): Uint8Array {
  const output = new DataOutputView()
  const packed = library.pack(value)
  output.writeVarInt(packed.length * 2)
  output.writeBytes(packed)
  return output.toBytes()
}
