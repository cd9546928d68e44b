/** Images of servers for machines that only have Docker, by full version. `npm run pin-images` adds their digests. */
export const images = {
  mongodb: "mongo:8.0.17",
  rabbitmq3: "rabbitmq:3.13.7-management",
  rabbitmq4: "rabbitmq:4.3.6-management",
} as const;
