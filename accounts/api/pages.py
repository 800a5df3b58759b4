from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """``count, next, previous, results``; ``page``, ``page_size`` ≤ 200."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
