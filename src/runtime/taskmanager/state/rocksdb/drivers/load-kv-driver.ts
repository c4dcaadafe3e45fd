// Duty: the driver that a job's configuration names, loaded when the first backend needs it: a job on the heap loads nothing.
// Invariants: a package that is not there, or cannot run here, is an error that says what to install.
// Thread: the task worker.
import { readFile } from 'node:fs/promises'
import { FlinkError } from '../../../../../core/errors/flink-error.js'
import { ReasonError } from '../../../../../core/errors/reason-error.js'
import { messageOf } from '../../../../../core/errors/thrown-value.js'
import { errnoOf } from '../../../../../core/fs/errno.js'
import type { KvDriver } from '../kv-store.js'
import { lmdbDriver } from './lmdb-store.js'
import { missingCpuFeatures } from './cpu-features.js'
import type { RocksLevelClass } from './rocks-level.js'
import { rocksDbDriver } from './rocksdb-store.js'

export type KvDriverName = 'auto' | 'rocksdb' | 'lmdb'

/** Of package.json, exactly: private names of @nxtedition/rocksdb are called. */
export const ROCKSDB_PACKAGE = '@nxtedition/rocksdb@12.2.12'
export const LMDB_PACKAGE = 'lmdb@3.5.6'

/** How packages are loaded; a test gives its own. */
export interface KvPackages {
  rocksdb(): Promise<KvDriver>
  lmdb(): Promise<KvDriver>
}

/** `tellReason`: why it is not the driver that comes first, where none is named. */
export async function loadKvDriver(
  name: KvDriverName,
  packages: KvPackages = INSTALLED,
  tellReason?: (reason: string) => void,
): Promise<KvDriver> {
  switch (name) {
    case 'rocksdb':
      return orUnavailable(() => packages.rocksdb(), `Run npm install ${ROCKSDB_PACKAGE}`)
    case 'lmdb':
      return orUnavailable(() => packages.lmdb(), `Run npm install ${LMDB_PACKAGE}`)
    case 'auto':
      return firstOf(packages, tellReason)
  }
}

async function firstOf(packages: KvPackages, tellReason?: (reason: string) => void): Promise<KvDriver> {
  try {
    return await packages.rocksdb()
  } catch (rocksdbError) {
    const advice = `Run npm install ${ROCKSDB_PACKAGE} or npm install ${LMDB_PACKAGE}`
    const first = `${ROCKSDB_PACKAGE}: ${reasonOf(rocksdbError)}`
    const second = await orUnavailable(() => packages.lmdb(), advice, `${first}; ${LMDB_PACKAGE}: `)
    tellReason?.(first)
    return second
  }
}

async function orUnavailable(load: () => Promise<KvDriver>, advice: string, before = ''): Promise<KvDriver> {
  try {
    return await load()
  } catch (error) {
    const reason = `${before}${reasonOf(error)}`
    const where = placeOfPackages(import.meta.dirname)
    throw new FlinkError('STATE_STORE_UNAVAILABLE', { reason, advice: advice + where }, { cause: error })
  }
}

/**
 * Where to install, if that is not the user's project: a flink-ts that was installed from its directory is a link to it, and
 * finds the packages that lie there. `module`: a directory in its `dist`.
 */
export function placeOfPackages(module: string): string {
  const root = module.split(/[\\/]dist[\\/]/)[0] ?? module
  return /[\\/]node_modules[\\/]/.test(module) ? '' : ` in ${root}`
}

function reasonOf(error: unknown): string {
  if (errnoOf(error) === 'ERR_MODULE_NOT_FOUND' || errnoOf(error) === 'MODULE_NOT_FOUND') return 'it is not installed'
  return messageOf(error).split('\n')[0]?.replace(/\.$/, '') ?? ''
}

/** Throws what Node says where it cannot be loaded, or a ReasonError. */
export async function importRocksLevel(): Promise<RocksLevelClass> {
  await checkCpu()
  // The package has no types, and the compiler does not look for those of a name that it does not know.
  const name: string = '@nxtedition/rocksdb'
  const loaded = (await import(name)) as { readonly RocksLevel: RocksLevelClass }
  const rocksLevel = loaded.RocksLevel
  // Another version may be there where something else asks for one.
  if (typeof rocksLevel.prototype._getManySync !== 'function')
    throw new ReasonError(`another version of it is installed than ${ROCKSDB_PACKAGE}`)
  return rocksLevel
}

const INSTALLED: KvPackages = {
  async rocksdb(): Promise<KvDriver> {
    return rocksDbDriver(await importRocksLevel())
  },
  async lmdb(): Promise<KvDriver> {
    const { open } = await import('lmdb')
    return lmdbDriver(open)
  },
}

/** The package's binary for Linux is made for newer processors, and ends the process on an older one. */
async function checkCpu(): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return
  const missing = missingCpuFeatures(await readFile('/proc/cpuinfo', 'utf8').catch(() => ''))
  if (missing.length > 0) throw new ReasonError(`this processor has no ${missing.join(', ')}, which its binary needs`)
}
