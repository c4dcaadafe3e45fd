/** Where randomness comes from. */
export interface Random {
  /** A whole number in [0, bound). */
  nextInt(bound: number): number
  nextBytes(count: number): Uint8Array
  /** `digits` lower-case hex digits. */
  hex(digits: number): string
  /** A version 4 UUID. */
  uuid(): string
}
