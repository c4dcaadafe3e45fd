import { storedElsewhere } from '../stored-elsewhere.js'
import { serviceScript } from '../service-script.js'
import { hdfsFileSystem, NAME_NODE_HTTP, newDirectory } from './hdfs-server.js'

storedElsewhere('HDFS', async () => {
  const fileSystem = await hdfsFileSystem()
  return {
    fileSystem,
    directory: await newDirectory(fileSystem),
    configuration: { 'fs.hdfs.webhdfs.address': NAME_NODE_HTTP },
    environment: { HADOOP_USER_NAME: 'root' },
    disturb: async () => {
      await serviceScript('hdfs', ['kill', 'dn'])
      await serviceScript('hdfs', ['run', 'dn'])
    },
  }
})
