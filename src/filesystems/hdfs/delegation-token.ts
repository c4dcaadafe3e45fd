// Duty: the delegation token in a file of Hadoop's Credentials, as WebHDFS takes it.
// Invariants: nothing but lengths is read beyond the kind of each token; a file that ends early is refused.
import { ReasonError } from '../../core/errors/reason-error.js'

const MAGIC = 'HDTS'
/** The other version is protobuf, which `hdfs fetchdt` does not write by itself. */
const WRITABLE = 0
const KINDS = ['WEBHDFS delegation', 'SWEBHDFS delegation', 'HDFS_DELEGATION_TOKEN']

/** Undefined where the file has tokens of other services only. */
export function delegationTokenIn(file: Buffer): string | undefined {
  const input = new WritableInput(file)
  const magic = input.take(MAGIC.length).toString('latin1')
  if (magic !== MAGIC || input.take(1)[0] !== WRITABLE) {
    throw new ReasonError('it is no file of tokens as hdfs fetchdt writes it')
  }
  const tokens: { readonly kind: string; readonly bytes: Buffer }[] = []
  const count = input.varInt()
  for (let index = 0; index < count; index += 1) {
    input.block()
    const start = input.position
    input.block()
    input.block()
    const kind = input.block().toString('utf8')
    input.block()
    tokens.push({ kind, bytes: file.subarray(start, input.position) })
  }
  const found = KINDS.flatMap((kind) => tokens.filter((token) => token.kind === kind))[0]
  return found?.bytes.toString('base64url')
}

class WritableInput {
  readonly #bytes: Buffer
  position = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  take(length: number): Buffer {
    if (length < 0 || this.position + length > this.#bytes.length) throw new ReasonError('it ends too early')
    this.position += length
    return this.#bytes.subarray(this.position - length, this.position)
  }

  block(): Buffer {
    return this.take(this.varInt())
  }

  /** Hadoop's WritableUtils.readVInt; of the numbers here none is negative. */
  varInt(): number {
    const first = this.take(1).readInt8()
    if (first >= -112) return first
    if (first < -120) throw new ReasonError('a length in it is negative')
    return this.take(-112 - first).reduce((value, byte) => value * 256 + byte, 0)
  }
}
