from django.urls import path

from funding.views import money, public, review, rounds

urlpatterns = [
    path("funding/", public.FundingView.as_view(), name="funding"),
    path("funding/ledger/", public.LedgerView.as_view(), name="funding_ledger"),
    path("funding/projects/<int:pk>/", public.ProjectPageView.as_view(), name="funding_project"),
    path("funding/rounds/<int:pk>/", public.RoundPageView.as_view(), name="funding_round"),
    path("funding/rounds/<int:pk>/notice.pdf", public.NoticeView.as_view(), name="funding_notice"),
    path("funding/rounds/<int:pk>/object/", public.ObjectView.as_view(), name="funding_object"),
    path("funding/rounds/<int:pk>/<int:application>/", public.VillageView.as_view(), name="funding_village"),
    path("me/reviews/", review.OwnReviewsView.as_view(), name="me_reviews"),
    path("me/reviews/<int:pk>/", review.OwnReviewView.as_view(), name="me_review"),
    path("me/reviews/<int:pk>/recuse/", review.RecuseView.as_view(), name="me_review_recuse"),
    path("desk/scoring/", review.ScoringView.as_view(), name="desk_scoring"),
    path("desk/scoring/<int:pk>/", review.ScoreView.as_view(), name="desk_score"),
    path("desk/sheets/<int:pk>/replace/", review.ReplaceView.as_view(), name="desk_sheet_replace"),
    path("desk/rating-rounds/<int:pk>/what-if/", rounds.WhatIfView.as_view(), name="desk_what_if"),
    path("desk/rating-schemes/<int:pk>/next/", rounds.NextSchemeView.as_view(), name="desk_scheme_next"),
    path("desk/ledger/budget/", money.BudgetView.as_view(), name="desk_budget"),
    path("desk/ledger/<int:pk>/reverse/", money.ReverseView.as_view(), name="desk_reverse"),
    path("desk/<slug:what>/<int:pk>/allocate/", money.AllocateView.as_view(), name="desk_allocate"),
    path("desk/awards/<int:pk>/pay/", money.PayView.as_view(), name="desk_award_pay"),
    path("desk/project-papers/<int:pk>/", money.PaperView.as_view(), name="project_paper"),
    path("desk/objections/<int:pk>/seal/", money.SealView.as_view(), name="objection_seal"),
]
