export const KILL_ROUNDS_VARIABLE = 'FLINK_TS_KILL_ROUNDS'

/** How many rounds of `kill -9` a suite plays: three, or what `npm run test:services -- --rounds 50` asks for. */
export function killRounds(): number {
  return Number(process.env[KILL_ROUNDS_VARIABLE] ?? 3)
}
