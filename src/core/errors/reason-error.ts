/**
 * Says why something cannot be done, where the place is not known: whoever knows it catches this and throws the FlinkError
 * with the reason in it. Never leaves its room.
 */
export class ReasonError extends Error {
  override readonly name: string = 'ReasonError'
}
