/** A server that suites need, in a folder of its own here: its `start.sh` installs, starts and removes it. */
export interface ServiceServer {
  readonly name: string
  /** What has to be on the PATH, and the package of Debian that has it. */
  readonly programs: Readonly<Record<string, string>>
  /** Variables by which `start.sh` and the suites are told its ports. */
  readonly ports: readonly string[]
}

export const SERVERS: readonly ServiceServer[] = [
  {
    name: 'hdfs',
    programs: { java: 'openjdk-17-jre-headless', mvn: 'maven', curl: 'curl' },
    ports: ['HDFS_RPC_PORT', 'HDFS_HTTP_PORT', 'HDFS_DN_PORT', 'HDFS_DN_HTTP_PORT', 'HDFS_DN_IPC_PORT'],
  },
  { name: 'moto', programs: { python3: 'python3-venv', curl: 'curl' }, ports: ['MOTO_PORT'] },
]
