// Duty: what the processor lacks of that for which the binary of @nxtedition/rocksdb is compiled (-march=znver1).
// Thread: any.

const NEEDED: readonly string[] = ['abm', 'avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'movbe']

/** `cpuinfo`: the text of /proc/cpuinfo. None where it says nothing. */
export function missingCpuFeatures(cpuinfo: string): readonly string[] {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.split(' ')
  return flags === undefined ? [] : NEEDED.filter((feature) => !flags.includes(feature))
}
