// Preloaded into a worker (NODE_OPTIONS=--import): its AMQP driver throws at every message whose header `poison` is text.
import { throwAtPoison } from "./throw-at-poison.mjs";

throwAtPoison();
