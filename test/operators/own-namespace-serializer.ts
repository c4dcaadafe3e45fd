import type { TypeSerializer } from '../../src/core/types/type-serializer.js'

/** As a program would write one. */
export const stringSerializer: TypeSerializer<string> = {
  serialize: (value, output) => {
    output.writeUtf8(value)
  },
  deserialize: (input) => input.readUtf8(),
  copy: (value) => value,
}
