import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { Configuration } from '../../../src/core/config/configuration.js'
import type { FileSystem } from '../../../src/core/fs/file-system.js'
import { createHdfsFileSystem } from '../../../src/filesystems/hdfs/create-hdfs-file-system.js'
import type { PlaceElsewhere } from '../place-elsewhere.js'
import { serviceScript } from '../service-script.js'

/** Addresses of the server that the runner has started. */
export const NAME_NODE_RPC = `127.0.0.1:${process.env.HDFS_RPC_PORT ?? '8020'}`
export const NAME_NODE_HTTP = `127.0.0.1:${process.env.HDFS_HTTP_PORT ?? '9870'}`

/** The tests are the user that has started the server. */
export function hdfsFileSystem(
  address: string = NAME_NODE_HTTP,
  user: string = userInfo().username,
): Promise<FileSystem> {
  const configuration = Configuration.fromMap({ 'fs.hdfs.webhdfs.address': address })
  return createHdfsFileSystem(configuration, { HADOOP_USER_NAME: user })
}

/** A new, empty directory. */
export async function newDirectory(fileSystem: FileSystem): Promise<string> {
  const directory = `hdfs://${NAME_NODE_RPC}/tests/${randomUUID()}`
  await fileSystem.mkdirs(directory)
  return directory
}

/** As the documents write it: the port of the NameNode's RPC is none that is asked. */
export async function hdfsPlace(): Promise<PlaceElsewhere> {
  const fileSystem = await hdfsFileSystem()
  const directory = `hdfs://namenode:9000/tests/${randomUUID()}`
  await fileSystem.mkdirs(directory)
  return {
    fileSystem,
    directory,
    configuration: { 'fs.hdfs.webhdfs.address': NAME_NODE_HTTP },
    disturb: async (random) => {
      const [server, name] = random.nextInt(2) === 0 ? ['nn', 'NameNode'] : ['dn', 'DataNode']
      await serviceScript('hdfs', ['kill', server])
      await serviceScript('hdfs', ['run', server])
      return `${name} restarted`
    },
  }
}
