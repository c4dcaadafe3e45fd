import type { RegisteredTypes } from '../../../core/types/registered-types.js'
import { NO_REGISTERED_TYPES } from '../../../core/types/registered-types.js'
import { structuredSerializer } from '../../../core/types/structured-serializer.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import { describeEnclosing, type EnclosingType } from '../../types/enclosing-type.js'
import type { TypeInformation } from '../../types/type-information.js'

/** A transaction, and when it was begun in ms since the epoch. */
export interface TransactionHolder<TXN> {
  readonly handle: TXN
  readonly startTimeMs: number
}

/** What a subtask has in a snapshot. */
export interface TransactionState<TXN, CONTEXT> {
  /** Undefined after the end of the input. */
  readonly open: TransactionHolder<TXN> | undefined
  readonly pending: readonly TransactionHolder<TXN>[]
  readonly context: CONTEXT | undefined
}

type Types = readonly [transaction: TypeInformation<unknown> | undefined, context: TypeInformation<unknown> | undefined]

/** The bytes of the state, around those of transactions and context. */
export function transactionStateType(types: Types): EnclosingType<TransactionState<unknown, unknown>> {
  return {
    description: describeEnclosing('TRANSACTIONS', types),
    enclosed: types,
    enclosing: ([transaction, context]) => transactionStateType([transaction, context]),
    keyKind: () => 'auto',
    createSerializer: (registered = NO_REGISTERED_TYPES) => serializerOf(types, registered),
  }
}

function serializerOf(
  [transaction, context]: Types,
  registered: RegisteredTypes,
): TypeSerializer<TransactionState<unknown, unknown>> {
  const transactions = transaction?.createSerializer(registered) ?? structuredSerializer(registered)
  const contexts = context?.createSerializer(registered) ?? structuredSerializer(registered)
  const copyHolder = ({ handle, startTimeMs }: TransactionHolder<unknown>): TransactionHolder<unknown> => ({
    handle: transactions.copy(handle),
    startTimeMs,
  })
  return {
    serialize({ open, pending, context }, output) {
      const holders = open === undefined ? pending : [open, ...pending]
      output.writeInt8(open === undefined ? 0 : 1)
      output.writeVarInt(holders.length)
      for (const { handle, startTimeMs } of holders) {
        transactions.serialize(handle, output)
        output.writeFloat64(startTimeMs)
      }
      output.writeInt8(context === undefined ? 0 : 1)
      if (context !== undefined) contexts.serialize(context, output)
    },
    deserialize(input) {
      const hasOpen = input.readInt8() === 1
      const holders = Array.from({ length: input.readVarInt() }, () => ({
        handle: transactions.deserialize(input),
        startTimeMs: input.readFloat64(),
      }))
      const open = hasOpen ? holders.shift() : undefined
      const context = input.readInt8() === 1 ? contexts.deserialize(input) : undefined
      return { open, pending: holders, context }
    },
    copy: ({ open, pending, context }) => ({
      open: open === undefined ? undefined : copyHolder(open),
      pending: pending.map(copyHolder),
      context: context === undefined ? undefined : contexts.copy(context),
    }),
  }
}
