// Duty: as whom a NameNode is asked.
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { delegationTokenIn } from './delegation-token.js'

type Environment = Readonly<Record<string, string | undefined>>

export interface HadoopUser {
  /** What each request says of it. */
  readonly parameters: Readonly<Record<string, string>>
}

/**
 * By Hadoop's own variables: a delegation token in HADOOP_TOKEN, or in the file that HADOOP_TOKEN_FILE_LOCATION names; else the
 * user HADOOP_USER_NAME, or who has started the process, on behalf of HADOOP_PROXY_USER where that is set.
 */
export async function hadoopUser(environment: Environment): Promise<HadoopUser> {
  const { HADOOP_TOKEN, HADOOP_TOKEN_FILE_LOCATION, HADOOP_USER_NAME, HADOOP_PROXY_USER } = environment
  const token = given(HADOOP_TOKEN) ?? (await tokenOfFile(given(HADOOP_TOKEN_FILE_LOCATION)))
  // The token says who it is.
  if (token !== undefined) return { parameters: { delegation: token } }
  const name = given(HADOOP_USER_NAME) ?? userInfo().username
  const proxied = given(HADOOP_PROXY_USER)
  return { parameters: { 'user.name': name, ...(proxied === undefined ? {} : { doas: proxied }) } }
}

async function tokenOfFile(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  try {
    return delegationTokenIn(await readFile(file))
  } catch (error) {
    const details = { path: file, operation: 'read', reason: messageOf(error) }
    throw new FlinkError('FILE_ACCESS_REFUSED', details, { cause: error })
  }
}

function given(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value.trim()
}
