"""Invented citizens: for `wargi demo`, which fills a database with thirty days of them, and for officers who practise."""
