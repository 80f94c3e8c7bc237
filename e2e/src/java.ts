import { javaCommand } from '@privity/one-machine';

/** Whether Kafka can run here, asked as the product asks: Java 17 or newer. */
export const hasJava = await javaCommand().then(
  () => true,
  () => false,
);
