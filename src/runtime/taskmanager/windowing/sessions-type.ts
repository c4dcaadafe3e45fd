// Duty: how the sessions of a key are written, and copied for a snapshot.
// Invariants: a copy shares what the sessions hold until the operator changes it.
// Thread: any.
import type { StateDescriptor } from '../../../api/state/state-descriptor.js'
import { describeEnclosing, type EnclosingType } from '../../../api/types/enclosing-type.js'
import type { TypeInformation } from '../../../api/types/type-information.js'
import type { DataInputView } from '../../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../../core/memory/data-output-view.js'
import { structuredSerializer } from '../../../core/types/structured-serializer.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import { appended, Session } from './session.js'

const NOTHING_HELD = 0
const HELD = 1

interface HeldState {
  readonly kind: StateDescriptor<unknown>['kind']
  readonly type: TypeInformation<unknown> | undefined
}

/** Of what windows that merge would keep by the descriptor. */
export function sessionsType({ kind, type: held }: HeldState): EnclosingType<Session> {
  return {
    description: describeEnclosing(`${kind.toUpperCase()}_SESSIONS`, [held]),
    enclosed: [held],
    enclosing: ([type]) => sessionsType({ kind, type }),
    keyKind: () => 'auto',
    createSerializer: (registered) => {
      const value = held?.createSerializer(registered) ?? structuredSerializer(registered)
      return new SessionsSerializer(kind === 'list' ? new RecordsSerializer(value) : value)
    },
  }
}

class SessionsSerializer implements TypeSerializer<Session> {
  readonly #held: TypeSerializer<unknown>

  constructor(held: TypeSerializer<unknown>) {
    this.#held = held
  }

  serialize(first: Session, output: DataOutputView): void {
    let count = 0
    for (let each: Session | null = first; each !== null; each = each.next) count += 1
    output.writeVarInt(count)
    for (let each: Session | null = first; each !== null; each = each.next) {
      output.writeFloat64(each.start)
      output.writeFloat64(each.end)
      output.writeFloat64(each.timer)
      output.writeVarInt(each.held === undefined ? NOTHING_HELD : HELD)
      if (each.held !== undefined) this.#held.serialize(each.held, output)
    }
  }

  deserialize(input: DataInputView): Session {
    let first: Session | null = null
    for (let left = input.readVarInt(); left > 0; left -= 1) {
      const [start, end, timer] = [input.readFloat64(), input.readFloat64(), input.readFloat64()]
      const held = input.readVarInt() === HELD ? this.#held.deserialize(input) : undefined
      first = appended(first, new Session({ start, end, held, timer }))
    }
    return first as Session
  }

  copy(first: Session): Session {
    let copies: Session | null = null
    for (let each: Session | null = first; each !== null; each = each.next) {
      const copy = new Session(each)
      copy.isShared = true
      copies = appended(copies, copy)
    }
    return copies as Session
  }
}

/** Of windows that keep their records. */
export class RecordsSerializer implements TypeSerializer<unknown> {
  readonly #record: TypeSerializer<unknown>

  constructor(record: TypeSerializer<unknown>) {
    this.#record = record
  }

  serialize(records: unknown, output: DataOutputView): void {
    const list = records as readonly unknown[]
    output.writeVarInt(list.length)
    for (const record of list) this.#record.serialize(record, output)
  }

  deserialize(input: DataInputView): unknown[] {
    return Array.from({ length: input.readVarInt() }, () => this.#record.deserialize(input))
  }

  copy(records: unknown): unknown[] {
    return (records as readonly unknown[]).map((record) => this.#record.copy(record))
  }
}
