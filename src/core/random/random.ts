/** Where randomness comes from. */
export interface Random {
  /** A whole number in [0, bound). */
  nextInt(bound: number): number
  /** `digits` lower-case hex digits. */
  hex(digits: number): string
  /** A version 4 UUID. */
  uuid(): string
}
