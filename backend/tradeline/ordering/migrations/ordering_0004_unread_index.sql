-- Orders are listed and counted by side and state, which tell who has them: nothing looks for them
-- by who has them. Every order that is placed, and every step of it, had to keep it.

DROP INDEX ordering.order_waiting;
