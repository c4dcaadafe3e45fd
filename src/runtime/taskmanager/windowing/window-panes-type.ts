// Duty: how the panes of a key are written: their beginnings, the order in which they came, and what they hold.
// Thread: any.
import { describeEnclosing, type EnclosingType } from '../../../api/types/enclosing-type.js'
import type { TypeInformation } from '../../../api/types/type-information.js'
import { structuredSerializer } from '../../../core/types/structured-serializer.js'
import { WindowPanes, type Pane } from './window-panes.js'

/** `held`: type of what a pane holds, where it is declared. */
export function windowPanesType(held: TypeInformation<unknown> | undefined): EnclosingType<WindowPanes> {
  return {
    description: describeEnclosing('PANES', [held]),
    enclosed: [held],
    enclosing: ([other]) => windowPanesType(other),
    keyKind: () => 'auto',
    createSerializer: (registered) => {
      const values = held?.createSerializer(registered) ?? structuredSerializer(registered)
      return {
        serialize: (panes, output) => {
          output.writeFloat64(panes.firedUpTo)
          output.writeFloat64(panes.cleanedUpTo)
          const all = panes.panes
          const first = all.reduce((least, { created }) => Math.min(least, created), Number.POSITIVE_INFINITY)
          output.writeVarInt(all.length)
          for (const { start, created, held: value } of all) {
            output.writeFloat64(start)
            output.writeVarInt(created - first)
            values.serialize(value, output)
          }
        },
        deserialize: (input) => {
          const firedUpTo = input.readFloat64()
          const cleanedUpTo = input.readFloat64()
          const count = input.readVarInt()
          const all: Pane[] = []
          for (let read = 0; read < count; read += 1) {
            const start = input.readFloat64()
            const created = input.readVarInt()
            all.push({ start, created, held: values.deserialize(input), isShared: false })
          }
          const panes = new WindowPanes(all)
          panes.noteTime(firedUpTo, cleanedUpTo)
          return panes
        },
        copy: (panes) => panes.copy(),
      }
    },
  }
}
