import type { Configuration } from '../../core/config/configuration.js'
import { HdfsOptions } from '../../core/config/hdfs-options.js'
import { SystemRandom } from '../../core/random/system-random.js'
import { SystemClock } from '../../core/time/system-clock.js'
import { HadoopConfiguration } from './hadoop-configuration.js'
import { hadoopUser } from './hadoop-user.js'
import { HdfsFileSystem } from './hdfs-file-system.js'
import { HttpConnections } from './http-exchange.js'
import { readTimeoutMs } from './read-timeout.js'
import type { Pace } from './retrying.js'
import { WebHdfsClient } from './web-hdfs-client.js'

/** The file system of hdfs:, webhdfs: and swebhdfs: URIs. `environment`: the variables of the process, of which Hadoop's are looked at. */
export async function createHdfsFileSystem(
  configuration: Configuration,
  environment: Readonly<Record<string, string | undefined>>,
  pace: Pace = { clock: new SystemClock(), random: new SystemRandom() },
): Promise<HdfsFileSystem> {
  const directory = hadoopDirectory(configuration, environment)
  const hadoop = directory === undefined ? new HadoopConfiguration() : await HadoopConfiguration.read(directory)
  const sources = { webHdfsAddress: configuration.get(HdfsOptions.WEBHDFS_ADDRESS), hadoop }
  const connections = new HttpConnections(readTimeoutMs(hadoop))
  return new HdfsFileSystem(new WebHdfsClient({ sources, user: await hadoopUser(environment), pace, connections }))
}

/** In Flink's order: its option, and Hadoop's variables. */
function hadoopDirectory(
  configuration: Configuration,
  { HADOOP_CONF_DIR, HADOOP_HOME }: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const named = configuration.get(HdfsOptions.HADOOP_CONF_DIR) ?? HADOOP_CONF_DIR
  if (named !== undefined && named !== '') return named
  return HADOOP_HOME === undefined || HADOOP_HOME === '' ? undefined : `${HADOOP_HOME}/etc/hadoop`
}
