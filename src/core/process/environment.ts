/** The variables of the process, for what other programs are set up by: Hadoop's, for one. Options of flink-ts are no such. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env
}
