import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A consumer group of Kafka's own client: java -cp 'JARS/*' Group.java 127.0.0.1:9092 TOPIC GROUP [COUNT] goes on from the offsets of the group,
 * prints the values to the end, or about so many, and commits how far it came. A partition without an offset is an error.
 */
public class Group {
  public static void main(String[] a) {
    var most = a.length > 3 ? Integer.parseInt(a[3]) : Integer.MAX_VALUE;
    var p = Map.<String, Object>of("bootstrap.servers", a[0], "group.id", a[2], "isolation.level", "read_committed",
        "enable.auto.commit", false, "auto.offset.reset", "none", "max.poll.records", 50);
    try (var c = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer())) {
      c.subscribe(List.of(a[1]));
      while (c.assignment().isEmpty()) print(c);
      var end = c.endOffsets(c.assignment());
      while (count < most && c.assignment().stream().anyMatch(t -> c.position(t) < end.get(t))) print(c);
      c.commitSync();
    }
  }

  static int count = 0;

  static void print(KafkaConsumer<String, String> c) {
    for (var r : c.poll(Duration.ofMillis(200))) {
      System.out.println(r.value());
      count++;
    }
  }
}
