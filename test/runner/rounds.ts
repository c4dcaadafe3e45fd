/** How many rounds of something random a test plays: as many as it says, times what `npm run tests -- --rounds 20` asks for. */
export const ROUNDS_VARIABLE = 'FLINK_TS_TEST_ROUNDS'

export function rounds(byDefault: number): number {
  return byDefault * Number(process.env[ROUNDS_VARIABLE] ?? 1)
}
