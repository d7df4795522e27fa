-- What is alive is found among all by now.
DROP INDEX members.session_alive_by_member;
DROP INDEX members.address_kept_by_member;
