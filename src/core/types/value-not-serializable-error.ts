/** A value that cannot be turned into bytes; whoever knows operator or state names them in an error of the table. */
export class ValueNotSerializableError extends Error {
  override readonly name: string = 'ValueNotSerializableError'
  /** Where in the value: `user.tags[2]`; `the record` for the value itself. */
  readonly path: string
  /** What is there: `a function`, `an instance of class Foo`. */
  readonly kind: string

  constructor(path: string, kind: string) {
    super(`${path} is ${kind}, which cannot be serialized`)
    this.path = path
    this.kind = kind
  }
}
