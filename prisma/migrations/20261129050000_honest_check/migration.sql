-- Where seats are known, neighbours are compared as a family of their own: thousandths of the pairs as alike expected among them.
ALTER TABLE public."collusion_pair" ADD COLUMN among_neighbours integer;
