import assert from 'node:assert/strict'
import { it } from 'node:test'
import { missingCpuFeatures } from '../../../../../../../src/runtime/taskmanager/state/rocksdb/drivers/cpu-features.js'

const NEWER = 'abm avx avx2 bmi1 bmi2 f16c fma movbe sse4_2'

it('a processor lacks what its flags do not name', () => {
  const cpuinfo = (flags: string): string => `processor\t: 0\nflags\t\t: fpu ${flags}\nbugs\t\t:\n\nprocessor\t: 1\n`
  assert.deepEqual(missingCpuFeatures(cpuinfo(NEWER)), [])
  assert.deepEqual(missingCpuFeatures(cpuinfo(NEWER.replace('avx2 ', ''))), ['avx2'])
  assert.deepEqual(missingCpuFeatures(cpuinfo('avx sse4_2')), ['abm', 'avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'movbe'])
})

it('where nothing is known of the processor nothing is missing', () => {
  assert.deepEqual(missingCpuFeatures(''), [])
})
